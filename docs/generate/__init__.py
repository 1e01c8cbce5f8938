"""What writes parts of the documentation: generated pages, diagrams, the picture, and what examples print."""
