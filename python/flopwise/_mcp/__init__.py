"""What an agent may ask, over the Model Context Protocol. Nothing here opens a file or spends money."""
