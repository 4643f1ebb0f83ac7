"""Load the sample."""
def load_sample(salesforce, customerp): pass
