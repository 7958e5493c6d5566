print("ebm-dist")
