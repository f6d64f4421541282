using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using Scriban;
using Scriban.Runtime;
using Scriban.Syntax;

namespace Comeback.Engine.Messages;

/// <summary>The filters that a template may use, written anew so that each argument is bounded. Nothing of Scriban's own library is reachable.</summary>
internal static class Filters
{
    /// <summary>The longest text that a filter takes or makes.</summary>
    public const int LongestText = 20_000;

    public static readonly FrozenDictionary<string, Filter> All = new Dictionary<string, Filter>(StringComparer.Ordinal)
    {
        ["default"] = new(1, 1, (v, a) => IsBlank(v) ? a[0] : v),
        ["upcase"] = new(0, 0, (v, _) => Text(v).ToUpperInvariant()),
        ["downcase"] = new(0, 0, (v, _) => Text(v).ToLowerInvariant()),
        ["capitalize"] = new(0, 0, (v, _) => Text(v) is { Length: > 0 } t ? char.ToUpperInvariant(t[0]) + t[1..] : ""),
        ["strip"] = new(0, 0, (v, _) => Text(v).Trim()),
        ["append"] = new(1, 1, (v, a) => Bounded(Text(v) + Text(a[0]))),
        ["prepend"] = new(1, 1, (v, a) => Bounded(Text(a[0]) + Text(v))),
        ["truncate"] = new(0, 2, (v, a) => Truncate(Text(v), a.Length > 0 ? Number(a[0]) : 50, a.Length > 1 ? Text(a[1]) : "…")),
        ["size"] = new(0, 0, (v, _) => v is ICollection list ? list.Count : Text(v).Length),
        ["plus"] = new(1, 1, (v, a) => (long)Number(v) + Number(a[0])),
        ["minus"] = new(1, 1, (v, a) => (long)Number(v) - Number(a[0])),
        ["escape"] = new(0, 0, (v, _) => v),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static ScriptObject ToScript()
    {
        var script = new ScriptObject();
        foreach (var (name, filter) in All) script.SetValue(name, filter, readOnly: true);
        return script;
    }

    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text.Length > LongestText ? text[..LongestText] : text,
        IFormattable formattable => formattable.ToString(format: null, CultureInfo.InvariantCulture),
        bool yes => yes ? "true" : "false",
        _ => "",
    };

    public static bool IsBlank(object? value) => value is null or false or "" or ICollection { Count: 0 };

    private static int Number(object? value) => value switch
    {
        int i => i,
        long l => (int)Math.Clamp(l, -1_000_000, 1_000_000),
        double d => (int)Math.Clamp(d, -1_000_000, 1_000_000),
        decimal d => (int)Math.Clamp(d, -1_000_000, 1_000_000),
        string s when int.TryParse(s, NumberStyles.Integer, CultureInfo.InvariantCulture, out var i) => i,
        _ => 0,
    };

    private static string Truncate(string text, int length, string end)
    {
        length = Math.Clamp(length, 0, LongestText);
        return text.Length <= length ? text : Bounded(text[..Math.Max(0, length - end.Length)] + end);
    }

    private static string Bounded(string text) => text.Length > LongestText ? text[..LongestText] : text;
}

/// <summary>One filter as Scriban calls it: the piped value first, then the arguments.</summary>
internal sealed class Filter(int least, int most, Func<object?, object?[], object?> apply) : IScriptCustomFunction
{
    public int Least => least;
    public int Most => most;
    public int RequiredParameterCount => 1 + least;
    public int ParameterCount => 1 + most;
    public ScriptVarParamKind VarParamKind => ScriptVarParamKind.None;
    public Type ReturnType => typeof(object);

    public ScriptParameterInfo GetParameterInfo(int index) => index <= least
        ? new ScriptParameterInfo(typeof(object), "value")
        : new ScriptParameterInfo(typeof(object), "value", defaultValue: null!);

    public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement)
    {
        // Scriban fills arguments that were not given with the default; those are no arguments to us.
        var given = arguments.Skip(1).Take(most).Where((a, i) => i < least || a is not null).ToArray();
        return apply(arguments.Count > 0 ? arguments[0] : null, given!);
    }

    public ValueTask<object?> InvokeAsync(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        new(Invoke(context, callerContext, arguments, blockStatement));
}
