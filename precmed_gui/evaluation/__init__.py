"""What a result is worth, without Keras: figures first; intervals and calibration later."""
