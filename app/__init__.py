"""oncall-router: what stands between a company's monitoring tools and its people."""
