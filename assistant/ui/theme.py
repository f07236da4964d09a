"""The Gradio theme: system fonts (nothing is fetched) and the colours of `static/page.css`."""

import gradio as gr

# No "system-ui": on many Linux desktops it is a wide screen font of the nineties.
FONT = (
    "Inter",
    "Segoe UI",
    "-apple-system",
    "BlinkMacSystemFont",
    "Roboto",
    "Noto Sans",
    "Liberation Sans",
    "sans-serif",
)
MONO = ("ui-monospace", "SF Mono", "Cascadia Mono", "Liberation Mono", "monospace")


def theme() -> gr.themes.Base:
    """Gradio's plain theme with our fonts, radii and colours, for light and dark."""
    # Plain names; Gradio would otherwise ask Google for them.
    fonts = [gr.themes.Font(name) for name in FONT]
    base = gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="lg",
        font=fonts,
        font_mono=[gr.themes.Font(m) for m in MONO],
    )
    return base.set(
        body_background_fill="var(--pl-paper)",
        body_background_fill_dark="var(--pl-paper)",
        body_text_color="var(--pl-ink)",
        body_text_color_dark="var(--pl-ink)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_padding="0px",
        block_shadow="none",
        block_shadow_dark="none",
        layout_gap="0px",
        input_background_fill="transparent",
        input_background_fill_dark="transparent",
        input_background_fill_focus="transparent",
        input_background_fill_focus_dark="transparent",
        input_border_width="0px",
        input_border_width_dark="0px",
        input_shadow="none",
        input_shadow_dark="none",
        input_shadow_focus="none",
        input_shadow_focus_dark="none",
        input_placeholder_color="var(--pl-faint)",
        input_placeholder_color_dark="var(--pl-faint)",
    )
