"""The merchants' part of the HTTP interface: invoices, refunds, takings, webhooks."""
