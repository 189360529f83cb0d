"""What the product can do, one room per subject; nothing here imports Streamlit."""
