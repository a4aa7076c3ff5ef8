"""The window to an EVM chain: one node behind `anchoring.ports.Chain`, calls to our contracts, the key that
pays, deployment, and the local demonstration node. Nothing else in the house knows web3.
"""
