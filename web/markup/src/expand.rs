//! From markup to the code for it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use rstml::node::{KVAttributeValue, KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement};
use syn::{Expr, Lit, spanned::Spanned};

use crate::template::TemplateText;

type Element = NodeElement<rstml::Infallible>;

/// The elements of SVG that the page draws with.
const SVG: [&str; 4] = ["svg", "path", "rect", "circle"];

pub(crate) fn view(tokens: TokenStream) -> syn::Result<TokenStream> {
    let view = siblings(rstml::parse2(tokens)?)?;
    Ok(quote!({
        #[allow(unused_braces, reason = "a block in markup is one")]
        #[allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls, reason = "as in markup")]
        let view = #view;
        view
    }))
}

/// The view of nodes beside each other.
fn siblings(nodes: Vec<Node>) -> syn::Result<TokenStream> {
    let mut nodes: Vec<Node> = nodes.into_iter().filter(is_shown).collect();
    match nodes.len() {
        0 => Ok(quote!(())),
        1 => one(nodes.remove(0)),
        _ => {
            let views = nodes.into_iter().map(any).collect::<syn::Result<Vec<_>>>()?;
            Ok(quote!(crate::markup::beside(::std::vec![#(#views),*])))
        }
    }
}

fn is_shown(node: &Node) -> bool {
    !matches!(node, Node::Comment(_))
}

/// The view of one node, of its own type.
fn one(node: Node) -> syn::Result<TokenStream> {
    match node {
        Node::Element(element) if is_component(&element) => component(element),
        Node::Element(element) => markup(element),
        Node::Text(text) => {
            let text = text.value;
            Ok(quote!(#text))
        }
        Node::Fragment(fragment) => siblings(fragment.children),
        node => any(node),
    }
}

/// The view of one node as an `AnyView`.
fn any(node: Node) -> syn::Result<TokenStream> {
    if let Node::Block(block) = node {
        return match block {
            NodeBlock::ValidBlock(block) => Ok(quote!(crate::markup::child!(#block))),
            NodeBlock::Invalid(block) => Err(syn::Error::new(block.span(), "this is not an expression")),
        };
    }
    if !matches!(node, Node::Element(_) | Node::Text(_) | Node::Fragment(_)) {
        return Err(syn::Error::new(node.span(), "text is written in quotation marks"));
    }
    let view = one(node)?;
    Ok(quote!(crate::markup::any(#view)))
}

fn is_component(element: &Element) -> bool {
    let name = element.name().to_string();
    let last = name.rsplit("::").next();
    last.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// Leptos builds a component; its children are one expression to it.
fn component(mut element: Element) -> syn::Result<TokenStream> {
    let children: Vec<Node> = std::mem::take(&mut element.children);
    let mut children: Vec<Node> = children.into_iter().filter(is_shown).collect();
    element.children = match children.as_slice() {
        [] => children,
        [Node::Text(_)] => children,
        _ if children.len() == 1 => {
            let view = one(children.remove(0))?;
            vec![Node::Block(NodeBlock::ValidBlock(syn::parse2(
                quote!({ #view }),
            )?))]
        }
        _ => {
            let view = siblings(children)?;
            vec![Node::Block(NodeBlock::ValidBlock(syn::parse2(
                quote!({ #view }),
            )?))]
        }
    };
    Ok(quote!(::leptos::prelude::view! { #element }.into_inner()))
}

fn markup(root: Element) -> syn::Result<TokenStream> {
    let mut template = TemplateText::default();
    let mut holes = Vec::new();
    element(root, &mut template, &mut holes)?;
    let template = template.finish();
    if holes.is_empty() {
        return Ok(quote!(crate::markup::Markup::new(#template)));
    }
    let markup = markup_ident();
    Ok(quote!({
        let mut #markup = crate::markup::Markup::new(#template);
        #(#holes)*
        #markup
    }))
}

/// The name of the markup that an expansion makes; expressions in the markup cannot see it.
fn markup_ident() -> Ident {
    Ident::new("markup", Span::mixed_site())
}

fn element(element: Element, template: &mut TemplateText, holes: &mut Vec<TokenStream>) -> syn::Result<()> {
    let tag = element.name().to_string();
    template.open(&tag, SVG.contains(&tag.as_str()));
    for attribute in element.attributes() {
        match attribute {
            NodeAttribute::Attribute(attribute) => self::attribute(attribute, template, holes)?,
            NodeAttribute::Block(block) => {
                return Err(syn::Error::new(block.span(), "an attribute has a name"));
            }
        }
    }
    for child in element.children {
        match child {
            Node::Comment(_) => {}
            Node::Element(child) if !is_component(&child) => self::element(child, template, holes)?,
            Node::Text(text) => template.text(&text.value_string()),
            child => {
                template.hole('?', "");
                let (markup, child) = (markup_ident(), any(child)?);
                holes.push(quote!(#markup.child(#child);));
            }
        }
    }
    template.close();
    Ok(())
}

fn attribute(
    attribute: &KeyedAttribute,
    template: &mut TemplateText,
    holes: &mut Vec<TokenStream>,
) -> syn::Result<()> {
    let name = attribute.key.to_string();
    let name = name.trim_start_matches("r#");
    let Some(value) = attribute.possible_value.to_value() else {
        template.attribute(name, "");
        return Ok(());
    };
    let value = match &value.value {
        KVAttributeValue::Expr(value) => value,
        KVAttributeValue::InvalidBraced(block) => {
            return Err(syn::Error::new(block.span(), "this is not an expression"));
        }
    };
    let markup = markup_ident();
    let hole = if let Some(event) = name.strip_prefix("on:") {
        template.hole('!', event);
        let event = format_ident!("{event}", span = attribute.key.span());
        quote!(#markup.on(::leptos::ev::#event, #value);)
    } else if let Some(property) = name.strip_prefix("prop:") {
        template.hole('.', property);
        quote!(#markup.property(#value);)
    } else if name == "node_ref" {
        template.hole('&', "");
        quote!(#markup.reference(#value);)
    } else if name.contains(':') {
        return Err(syn::Error::new(
            attribute.key.span(),
            "the page has no attributes of this kind",
        ));
    } else if let Some(text) = literal(value) {
        template.attribute(name, &text);
        return Ok(());
    } else {
        template.hole('@', name);
        quote!(#markup.attribute(#value);)
    };
    holes.push(hole);
    Ok(())
}

/// The text of a literal, which needs no hole.
fn literal(value: &Expr) -> Option<String> {
    let Expr::Lit(literal) = value else { return None };
    match &literal.lit {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(markup: TokenStream) -> String {
        view(markup).map_or_else(|error| error.to_string(), |view| view.to_string())
    }

    /// The template in an expansion, with its separators as spaces.
    fn template(markup: TokenStream) -> String {
        let code = expanded(markup);
        let start = code
            .find("Markup :: new (\"")
            .map_or(0, |at| at + "Markup :: new (\"".len());
        let end = code[start..].find("\")").map_or(code.len(), |at| start + at);
        code[start..end]
            .replace("\\x00", " ")
            .replace("\\0", " ")
            .replace("\\\"", "\"")
    }

    #[test]
    fn markup_without_holes_is_a_template_alone() {
        assert_eq!(
            template(quote!(<p class="brand"><svg width=28><path d="M1" /></svg>"Name"</p>)),
            "<p =class brand ~svg =width 28 ~path =d M1 > > \"Name >"
        );
    }

    #[test]
    fn holes_are_named_in_the_order_of_their_values() {
        assert_eq!(
            template(quote!(<input id=id prop:checked=on on:change=change node_ref=input autofocus />)),
            "<input @id .checked !change & =autofocus  >"
        );
        let code = expanded(quote!(<p id=first><b>{second}</b><Third /></p>));
        let at = |name: &str| code.find(name).unwrap_or_default();
        assert!(at("first") < at("second") && at("second") < at("Third"), "{code}");
    }

    #[test]
    fn a_component_receives_its_children_as_one_expression() {
        let code = expanded(quote!(<Dialog title><p>"a"</p><p>"b"</p></Dialog>));
        assert!(
            code.contains("view ! { < Dialog title > { crate :: markup :: beside"),
            "{code}"
        );
        let code = expanded(quote!(<For each=rooms key let(room)><Room room /></For>));
        assert!(code.contains("let (room)"), "{code}");
    }

    #[test]
    fn what_the_page_has_no_use_for_is_refused() {
        for markup in [
            quote!(<p class:a=b />),
            quote!(<p {..rest} />),
            quote!(<p>words</p>),
        ] {
            let code = expanded(markup.clone());
            assert!(!code.contains("Markup"), "{markup}: {code}");
        }
    }
}
