"""Keras lives here: splitting, reading in batches, training, the model shelf, predicting."""
