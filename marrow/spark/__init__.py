"""The same evaluation on Apache Spark, where one machine is not enough."""
