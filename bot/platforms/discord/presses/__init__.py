"""What buttons and the forms behind them do, by subject; `table` finds whoever does it."""

from .table import Presses

__all__ = ["Presses"]
