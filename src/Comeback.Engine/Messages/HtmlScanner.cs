using System.Collections.Frozen;

namespace Comeback.Engine.Messages;

/// <summary>
/// Follows HTML character by character, as far as is needed to know what a value printed here would be: text, part of an attribute, an address,
/// or something that must not be. A small part of the tokenizer of the HTML standard (section 13.2.5), strict where that one forgives.
/// </summary>
internal struct HtmlScanner
{
    internal enum At : byte { Text, TagOpen, TagName, InTag, AttributeName, AfterName, BeforeValue, Quoted, Apostrophed, Bare, Markup, Comment }

    private static readonly FrozenSet<string> Refused = new[]
    {
        "script", "iframe", "object", "embed", "form", "input", "button", "textarea", "select", "base", "link", "meta", "svg", "math", "style", "template",
        "noscript", "frame", "frameset", "applet", "audio", "video", "source", "xmp", "plaintext", "title",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> UrlAttributes = new[]
        { "href", "src", "background", "cite", "action", "formaction", "poster", "longdesc", "data", "srcset", "xlink:href" }.ToFrozenSet(StringComparer.Ordinal);

    private At state;
    private string name;
    private string attribute;
    private bool closing;
    private int valueLength;

    public HtmlScanner() => (state, name, attribute) = (At.Text, "", "");

    public readonly At State => state;
    public readonly string Tag => name;
    public readonly string Attribute => attribute;
    public readonly bool AtValueStart => valueLength == 0;

    public readonly bool SameAs(in HtmlScanner other) =>
        state == other.state && (state == At.Text || (name == other.name && attribute == other.attribute && (valueLength == 0) == (other.valueLength == 0)));

    /// <summary>Where a value printed here would stand; null and a sentence where none may be.</summary>
    public readonly (Place? Place, string? Problem) Here() => state switch
    {
        At.Text => (Place.HtmlText, null),
        At.Quoted or At.Apostrophed when attribute == "style" => (null, "A value cannot be printed inside a style attribute."),
        At.Quoted or At.Apostrophed when UrlAttributes.Contains(attribute) => (valueLength == 0 ? Place.UrlStart : Place.UrlPart, null),
        At.Quoted or At.Apostrophed => (Place.HtmlAttribute, null),
        At.Bare or At.BeforeValue => (null, "Put the attribute's value in quotation marks before printing a value in it."),
        At.Comment => (null, "A value cannot be printed inside a comment."),
        _ => (null, "A value cannot be printed inside a tag, only in the text or in a quoted attribute."),
    };

    /// <summary>A value of unknown length was printed here.</summary>
    public void Printed() => valueLength++;

    /// <summary>Reads one character; returns a sentence when it makes something that a message must not have.</summary>
    public string? Read(char c)
    {
        switch (state)
        {
            case At.Text:
                if (c == '<') (state, name, closing) = (At.TagOpen, "", false);
                return null;
            case At.TagOpen:
                if (c == '/') closing = true;
                else if (c is '!' or '?') (state, name) = (At.Markup, "");
                else if (char.IsAsciiLetter(c)) (state, name) = (At.TagName, char.ToLowerInvariant(c).ToString());
                else state = At.Text;
                return null;
            case At.Markup:
                name += c;
                if (name == "--") state = At.Comment;
                else if (c == '>') state = At.Text;
                return name.Length > 100 ? "This declaration never ends." : null;
            case At.Comment:
                name = (name + c) is { Length: > 3 } longer ? longer[^3..] : name + c;
                if (name == "-->") state = At.Text;
                return null;
            case At.TagName:
                if (c == '>') return EndTag();
                if (char.IsWhiteSpace(c) || c == '/') state = At.InTag;
                else name += char.ToLowerInvariant(c);
                return state == At.InTag ? Check() : name.Length > 50 ? "This tag has no end." : null;
            case At.InTag:
            case At.AfterName:
                if (c == '>') return EndTag();
                if (c == '=' && state == At.AfterName) (state, valueLength) = (At.BeforeValue, 0);
                else if (!char.IsWhiteSpace(c) && c != '/') (state, attribute) = (At.AttributeName, char.ToLowerInvariant(c).ToString());
                return null;
            case At.AttributeName:
                if (c == '>') return CheckAttribute() ?? EndTag();
                if (c == '=') (state, valueLength) = (At.BeforeValue, 0);
                else if (char.IsWhiteSpace(c) || c == '/') state = At.AfterName;
                else attribute += char.ToLowerInvariant(c);
                return state == At.AttributeName ? (attribute.Length > 100 ? "This attribute has no end." : null) : CheckAttribute();
            case At.BeforeValue:
                if (c == '"') state = At.Quoted;
                else if (c == '\'') state = At.Apostrophed;
                else if (c == '>') return EndTag();
                else if (!char.IsWhiteSpace(c)) (state, valueLength) = (At.Bare, 1);
                return null;
            case At.Quoted:
            case At.Apostrophed:
                if (c == (state == At.Quoted ? '"' : '\'')) state = At.InTag;
                else valueLength++;
                return null;
            default:
                if (c == '>') return EndTag();
                if (char.IsWhiteSpace(c)) state = At.InTag;
                return null;
        }
    }

    private readonly string? Check() => Refused.Contains(name) ? $"<{name}> is not allowed in a message." : null;

    private readonly string? CheckAttribute() => attribute.StartsWith("on", StringComparison.Ordinal) || attribute is "srcdoc" or "srcset" or "formaction"
        ? $"The attribute {attribute} is not allowed in a message."
        : null;

    private string? EndTag()
    {
        state = At.Text;
        return closing ? null : Check();
    }
}
