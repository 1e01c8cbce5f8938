"""The flow past one machine: Spark carries the functions of the other rooms over batches of claims.

`SparkEngine` is the only door for a build, `views.ask` the one for questions. Nothing here knows anything of twinnings:
`read` maps sources to claims, `locate` maps mentions to places, `reconcile` groups claims by pair, each by the function
of the room of that name. `frames` says how polars frames travel as Arrow batches. Needs the extra `spark` and Java.
"""
