"""The acceptance rules HA1 to HA15: pure functions from what was measured to findings.

A value that is missing is `not measured`, never fine. Temperatures are hundredths of a degree Celsius.
"""
