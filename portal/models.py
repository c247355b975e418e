from portal.leaving.models import Export

__all__ = ["Export"]
