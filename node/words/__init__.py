"""What the pages and the command line share to speak several languages: catalogues, numbers and dates."""
