using System.Globalization;

namespace Comeback.Engine.Segments;

// Operators and values, checked against what the attribute or parameter takes.
internal sealed partial class SegmentParser
{
    private (Operator Operator, Items<SegmentValue> Values) Condition(Term term, bool parameter = false, bool plain = false)
    {
        var at = next;
        var op = parameter && Kind == Lexeme.Colon && ++next > 0 ? Operator.Equal : OperatorOf();
        if (op == Operator.Equal && Kind == Lexeme.Open && term.Kind != ValueKind.Place) op = Operator.In;
        if (!term.Operators.Contains(op))
            throw Wrong(at, $"{term.Name} is not compared with {SegmentPrinter.Word(op)}.", [.. term.Operators.Select(SegmentPrinter.Word)]);
        switch (op)
        {
            case Operator.IsNull or Operator.IsNotNull:
                return (op, []);
            case Operator.Between:
                var low = Value(term, plain);
                Need("AND");
                return (op, [low, Value(term, plain)]);
            case Operator.In or Operator.NotIn:
                Expect(Lexeme.Open, "(");
                var all = new List<SegmentValue> { Value(term, plain) };
                while (Kind == Lexeme.Comma)
                {
                    next++;
                    all.Add(Value(term, plain));
                }
                Expect(Lexeme.Close, ")");
                if (all.Count > 500) throw Wrong(at, "A list has at most 500 values.", []);
                return (op, [.. all]);
            default:
                return (op, [Value(term, plain)]);
        }
    }

    private Operator OperatorOf()
    {
        if (Kind == Lexeme.Compare)
        {
            var sign = tokens[next++].ToStringValue();
            return sign switch
            {
                "=" => Operator.Equal,
                "!=" or "<>" => Operator.NotEqual,
                "<" => Operator.Less,
                "<=" => Operator.LessOrEqual,
                ">" => Operator.Greater,
                _ => Operator.GreaterOrEqual,
            };
        }
        if (Take("BETWEEN")) return Operator.Between;
        if (Take("CONTAINS")) return Operator.Contains;
        if (Take("NOT_CONTAINS")) return Operator.NotContains;
        if (Take("IN")) return Operator.In;
        if (Take("IS"))
        {
            var not = Take("NOT");
            Need("NULL");
            return not ? Operator.IsNotNull : Operator.IsNull;
        }
        if (Take("NOT"))
        {
            if (Take("CONTAINS")) return Operator.NotContains;
            if (Take("IN")) return Operator.NotIn;
            throw Wrong("NOT is followed here by IN or CONTAINS.", ["IN", "CONTAINS"]);
        }
        string[] known = ["=", "!=", "<", "<=", ">", ">=", "BETWEEN", "IN", "NOT IN", "CONTAINS", "NOT CONTAINS", "IS NULL", "IS NOT NULL"];
        throw Wrong("A comparison such as >= was expected here.", known, Kind == Lexeme.Name ? Nearest(Word.ToUpperInvariant(), known) : null);
    }

    private SegmentValue Value(Term term, bool plain)
    {
        var at = next;
        if (AtEnd) throw Wrong("The definition ends too early: a value was expected.", []);
        switch (term.Kind)
        {
            case ValueKind.Number or ValueKind.Money:
                return plain ? new NumberValue(Number(Expect(Lexeme.Number, "a number"), at)) : NumberOrAttribute(term, at);
            case ValueKind.Date:
                return DateOf(at);
            case ValueKind.Truth:
                if (Take("true")) return new TruthValue(true);
                if (Take("false")) return new TruthValue(false);
                throw Wrong($"{term.Name} is true or false.", ["true", "false"]);
            case ValueKind.Word:
                var word = Kind == Lexeme.Text ? Text() : Expect(Lexeme.Name, $"one of {string.Join(", ", term.Words)}");
                return term.Words.Contains(word)
                    ? new TextValue(word)
                    : throw Wrong(at, $"{term.Name} is one of {string.Join(", ", term.Words)}.", term.Words, Nearest(word, term.Words));
            case ValueKind.Id:
                return Kind == Lexeme.Text ? new TextValue(Text()) : new NumberValue(Number(Expect(Lexeme.Number, "an id"), at));
            case ValueKind.Place:
                Expect(Lexeme.Open, "(");
                var latitude = Number(Expect(Lexeme.Number, "degrees of latitude"), next - 1);
                Expect(Lexeme.Comma, ",");
                var longitude = Number(Expect(Lexeme.Number, "degrees of longitude"), next - 1);
                Expect(Lexeme.Close, ")");
                return new PlaceValue(latitude, longitude);
            default:
                return new TextValue(Text());
        }
    }

    private SegmentValue NumberOrAttribute(Term term, int at)
    {
        if (Kind == Lexeme.Name) return new AttributeValue(1, NumberAttribute(term));
        var number = Number(Expect(Lexeme.Number, "a number"), at);
        if (Kind != Lexeme.Times) return new NumberValue(number);
        next++;
        return new AttributeValue(number, NumberAttribute(term));
    }

    private string NumberAttribute(Term like)
    {
        var name = Word;
        if (Kind == Lexeme.Name && Vocabulary.Attributes.TryGetValue(name, out var term) && term.Kind == like.Kind)
        {
            next++;
            return name;
        }
        string[] known = [.. Vocabulary.Attributes.Values.Where(candidate => candidate.Kind == like.Kind).Select(candidate => candidate.Name)];
        throw Wrong("A number or an attribute that is one was expected here.", known, Nearest(name, known));
    }

    private decimal Number(string digits, int at) =>
        digits.Length <= 18 && decimal.TryParse(digits, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
        && Math.Abs(number) < 1_000_000_000_000_000
            ? number
            : throw Wrong(at, "This number is past the range of 15 digits.", []);

    private string Text()
    {
        if (Kind != Lexeme.Text) throw Wrong("A text in single quotes was expected here.", ["'...'"]);
        var quoted = tokens[next++].ToStringValue().AsSpan()[1..^1];
        var plain = new System.Text.StringBuilder(quoted.Length);
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] is '\\' or '\'') i++;
            plain.Append(quoted[i]);
        }
        return plain.ToString();
    }

    private SegmentValue DateOf(int at)
    {
        string[] expected = ["2026-01-31", "-30d", "today"];
        // Dates in quotes are met in copies of Shopify's examples.
        var word = Kind == Lexeme.Text ? Text() : tokens[next++].ToStringValue();
        var kind = tokens[at].Kind == Lexeme.Text ? (word.Length == 10 ? Lexeme.Date : Lexeme.Instant) : tokens[at].Kind;
        switch (kind)
        {
            case Lexeme.Date:
                return DateOnly.TryParseExact(word, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                    ? new DateValue(date)
                    : throw Wrong(at, $"There is no date {word}.", expected);
            case Lexeme.Instant:
                return DateTime.TryParseExact(word, ["yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
                    ? new InstantValue(local)
                    : throw Wrong(at, $"There is no instant {word}.", expected);
            case Lexeme.Offset:
                return Offset(word, at);
            case Lexeme.NamedDate or Lexeme.Name:
                return Vocabulary.NamedDates.Contains(word)
                    ? new NamedDate(word)
                    : throw Wrong(at, $"'{word}' is no date.", Vocabulary.NamedDates, Nearest(word, Vocabulary.NamedDates));
            default:
                throw Wrong(at, "A date such as 2026-01-31, -30d or today was expected here.", expected);
        }
    }

    // Shopify's m is months. A count that nobody means in months (-90m) is minutes; min and mo say it outright, and printing uses min.
    private SegmentValue Offset(string word, int at)
    {
        var digits = word.TrimEnd("abcdefghijklmnopqrstuvwxyz".ToCharArray());
        if (digits.Length > 7) throw Wrong(at, "This time span is past the range of 999,999.", []);
        var amount = int.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var unit = word[digits.Length..] switch
        {
            "min" => OffsetUnit.Minutes,
            "h" => OffsetUnit.Hours,
            "d" => OffsetUnit.Days,
            "w" => OffsetUnit.Weeks,
            "mo" => OffsetUnit.Months,
            "m" => Math.Abs(amount) <= 36 || amount % 12 == 0 ? OffsetUnit.Months : OffsetUnit.Minutes,
            _ => OffsetUnit.Years,
        };
        var most = unit switch { OffsetUnit.Years => 100, OffsetUnit.Months => 1_200, OffsetUnit.Weeks => 5_200, OffsetUnit.Days => 36_500, _ => 999_999 };
        return Math.Abs(amount) <= most ? new DateOffset(amount, unit) : throw Wrong(at, "This time span is past the range of 100 years.", []);
    }

    /// <summary>The known word within two or three strokes of what was written, if any.</summary>
    private static string? Nearest(string word, IReadOnlyList<string> known)
    {
        if (word.Length is 0 or > 60) return null;
        var best = known.Select(candidate => (candidate, distance: Strokes(word, candidate))).OrderBy(pair => pair.distance).FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(1, word.Length / 3) ? best.candidate : null;
    }

    private static int Strokes(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }
        return row[^1];
    }
}
