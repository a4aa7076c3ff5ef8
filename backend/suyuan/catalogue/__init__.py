"""What is traded: products by class, each description a version that stays, and is anchored."""
