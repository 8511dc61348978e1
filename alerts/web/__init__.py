"""The desk: pages for staff, rendered here, kept alive by one event stream; no build step."""

from alerts.web.mounting import mount, routes

__all__ = ["mount", "routes"]
