"""Who may supply: applications with their papers, the registrar's decision, and papers that run out.

The end of a party's qualification is the earliest end of the papers that its roles need; it goes to the
chain, whose ledger refuses new lots after it. Contact persons stand in a table of their own, never on the
chain.
"""
