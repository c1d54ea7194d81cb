"""Studies: claims about surrogates, each with the script that measures it. The topmost layer, it
may use all others.
"""
