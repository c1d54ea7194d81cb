"""Training: the LightningModule, its losses and callbacks, and many small trainings side by
side.
"""
