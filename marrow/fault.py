"""What is said of an error that nobody foresaw: where it came from, never its text."""


def unforeseen(error: BaseException) -> str:
    """File, line and kind of an error, without its text, which could hold patient data."""
    place = place_of(error)
    at = f" at {place}" if place else ""
    return f"a fault in Marrow itself: {type(error).__name__}{at}; please report it, with this line"


def place_of(error: BaseException) -> str:
    """File and line where an error was raised; empty where it never was."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
