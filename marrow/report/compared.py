"""Tests between groups in words: what was applied, and the p value with its note."""

from engine.cohort.estimates import Comparison
from engine.cohort.results import RepeatedRow
from marrow.report.blocks import Cell, Notes
from marrow.report.words import p_value, plain, rounded, sentence

_TESTS = {
    "student_t": "Student’s t test (pooled variance, two-sided)",
    "welch_t": "Welch’s t test (unequal variances, two-sided)",
    "mann_whitney_u": "Mann-Whitney U test (two-sided; exact without ties in small groups, else normal with corrections)",
    "anova": "one-way analysis of variance",
    "welch_anova": "Welch’s analysis of variance (unequal variances)",
    "kruskal_wallis": "Kruskal-Wallis test",
    "fisher_exact": "Fisher’s exact test (two-sided)",
    "chi_square": "Pearson’s chi-square test",
    "logrank": "log-rank test (two-sided, unweighted)",
    "group_by_time": "two-factor analysis of variance with repeated measures, effect of group by time",
}


def test_name(test: str) -> str:
    """What a test is called where people read; one that is not known here by its own name."""
    return _TESTS.get(test, plain(test))


def p_cell(comparison: Comparison, notes: Notes) -> Cell:
    """The p value, noted with the test; a dash noted with the reason where there is none."""
    if comparison.p is None:
        return Cell(p_value(None), notes.mark(sentence(comparison.why)))
    marks = notes.mark(_how(comparison.test, comparison.why))
    return Cell(p_value(comparison.p, comparison.limit), marks, strong=comparison.significant is True)


def repeated_p_cell(row: RepeatedRow, notes: Notes) -> Cell:
    """The p value of a measure through time, with F and its degrees of freedom."""
    if row.p is None:
        return Cell(p_value(None), notes.mark(sentence(row.why)))
    freedom = "" if row.df_effect is None or row.df_error is None else f"({row.df_effect}, {row.df_error})"
    below = () if row.f is None else (f"F{freedom} = {rounded(row.f, 2)}",)
    return Cell(p_value(row.p, row.limit), notes.mark(_how(row.effect, row.why)), below, strong=row.significant is True)


def _how(test: str, why: str) -> str:
    """The test as a note, with what it was done without."""
    return sentence(f"{test_name(test)}, {why}" if why else test_name(test))
