"""Training records that are simulated while the network is trained, without a file.

numbering.py   which records of a recipe each epoch of each process sees
supply.py      blocks made in threads ahead of their use
drawn.py       the records of the training part, and the sampler of their batches
fixed.py       what a recipe gives for validation and test, and where fresh records come from
records.py     the datamodule
"""
