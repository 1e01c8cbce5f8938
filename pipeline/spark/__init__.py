"""The flow on several machines: Spark runs the functions of the other stages on batches.

`SparkEngine` is used by builds, `views.run_spark_query` by queries. Nothing here is about twinnings. Needs the extra
`spark` and Java.
"""
