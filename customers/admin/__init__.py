from customers.admin import directory, setups

__all__ = ["directory", "setups"]
