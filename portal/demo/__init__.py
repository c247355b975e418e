"""A portal's first month, for a look around: customers, suppliers, and requests in every state."""
