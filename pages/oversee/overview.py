"""Overview: what people ask and what becomes of it, in groups of at least five, and what is due for review."""

import streamlit as st

from components.address import at
from components.app import current_user, services
from components.overview import due, figures, groups, receipts_behind, weeks_at, without_figures

user = current_user()

if (figure := at("figure")) is not None:
    receipts_behind(user, at("week") or "", at("line") or "", figure, weeks_at())
else:
    st.title("Overview", anchor=False)
    st.text("What people ask and what becomes of it, and which knowledge bases are due for review.")
    overview = services().insight.overview(user)
    if overview.told:
        figures(overview)
        groups(overview)
    else:
        without_figures(overview)
    due(overview)
