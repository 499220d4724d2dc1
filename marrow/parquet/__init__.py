"""The results of a run as Parquet tables, for people who go on with them in SQL, Python or R."""
