"""What a GPU does with every network and optimizer, beside one thread of the processor.

`python -m benchmarks.gpu` runs all sections and writes docs/gpu.md; without a GPU it says so and
ends. The sections and what each measures: see README.md beside this folder.
"""
