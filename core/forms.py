"""How forms look: markup exists once, in templates/components/."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def render(self, template_name, context, request=None):
        """Without placeholders: the label says it, and stays while one types."""
        context.get("widget", {}).get("attrs", {}).pop("placeholder", None)
        return super().render(template_name, context, request)
