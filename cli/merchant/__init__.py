"""Commands for merchants: invoices, refunds, takings, webhooks."""
