"""Pictures of answers: with matplotlib, and as Vega-Lite."""
