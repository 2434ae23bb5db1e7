"""A page of HTML as a notebook shows it."""

from __future__ import annotations

import html


class Page(str):
    """The text of a whole page of HTML.

    A notebook shows it in a frame, so that its style stays its own.
    """

    def _repr_html_(self) -> str:
        return (
            '<iframe title="Recommendation" sandbox="allow-scripts allow-modals" '
            'style="width:100%;height:80vh;border:0" '
            f'srcdoc="{html.escape(self)}"></iframe>'
        )
