"""What is said of an error that nobody foresaw: where it came from, never its text."""


def unforeseen(error: BaseException) -> str:
    """File, line and kind of an error, without its text, which could hold patient data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
    return f"a fault in Marrow itself: {type(error).__name__}{place}; please report it, with this line"
