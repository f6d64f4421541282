namespace Comeback.Engine.Segments;

// Clauses: attributes, functions, ranks, membership, random shares, funnels.
internal sealed partial class SegmentParser
{
    private static readonly string[] ClauseWords = ["NOT", "top", "bottom", "in segment", "entered segment", "share", "funnel"];

    private SegmentTree Clause()
    {
        if (Kind != Lexeme.Name) throw Wrong(AtEnd ? "The definition ends too early." : "An attribute such as number_of_orders was expected here.", ClauseWords);
        if (Is("top") || Is("bottom")) return RankClause();
        if (Take("in"))
        {
            Need("segment");
            return new InSegment(Text());
        }
        if (Take("entered")) return EnteredClause();
        if (Is("share") && Following == Lexeme.Open) return ShareClause();
        if (Is("funnel") && Following == Lexeme.Open) return FunnelClause();
        var name = Word;
        if (Vocabulary.Functions.ContainsKey(name)) return FunctionClause();
        if (Vocabulary.IsMetafield(name))
        {
            next++;
            return Metafield(name);
        }
        if (!Vocabulary.Attributes.TryGetValue(name, out var term))
            throw Wrong($"'{name}' is no attribute or function.", ClauseWords, Nearest(name, [.. Vocabulary.Attributes.Keys, .. Vocabulary.Functions.Keys, "top", "bottom"]));
        next++;
        var (op, values) = Condition(term);
        return new Comparison(name, op, values);
    }

    // The span reaches back from now, with or without its minus.
    private EnteredSegment EnteredClause()
    {
        Need("segment");
        var key = Text();
        if (!Take("within")) return new EnteredSegment(key, null);
        var at = next;
        if (Kind != Lexeme.Offset) throw Wrong("A time span such as -7d was expected here.", ["-7d", "-36h"]);
        var span = (DateOffset)Offset(tokens[next++].ToStringValue(), at);
        return new EnteredSegment(key, span with { Amount = -Math.Abs(span.Amount) });
    }

    private Lexeme Following => next + 1 < tokens.Count ? tokens[next + 1].Kind : Lexeme.End;

    private Comparison Metafield(string name)
    {
        var start = next;
        var op = OperatorOf();
        if (op is Operator.IsNull or Operator.IsNotNull) return new Comparison(name, op, []);
        var kind = Kind switch
        {
            Lexeme.Text => ValueKind.Text,
            Lexeme.Date or Lexeme.Instant or Lexeme.Offset or Lexeme.NamedDate => ValueKind.Date,
            Lexeme.Name => ValueKind.Truth,
            _ => ValueKind.Number,
        };
        next = start;
        var (again, values) = Condition(new Term(name, kind, ""));
        return new Comparison(name, again, values);
    }

    private Rank RankClause()
    {
        var top = Is("top");
        next++;
        var percent = Percent();
        Need("by");
        var by = Word;
        if (!SegmentPlan.RankAttributes.Contains(by))
            throw Wrong($"Ranks go by {string.Join(", ", SegmentPlan.RankAttributes)}.", SegmentPlan.RankAttributes, Nearest(by, SegmentPlan.RankAttributes));
        next++;
        var exactly = Take("exactly");
        decimal? upTo = null;
        decimal? under = null;
        if (Take("up"))
        {
            var at = next - 1;
            Need("to");
            upTo = Percent();
            Need("if");
            Need("under");
            under = Percent();
            if (exactly || !top) throw Wrong(at, "'up to' is for 'top' ranks that keep equals together.", []);
            if (upTo < percent || under > percent) throw Wrong(at, "'up to' is at least the share and 'if under' at most.", []);
        }
        string? population = null;
        if (Take("of"))
        {
            Need("segment");
            population = Text();
        }
        return new Rank(top, percent, by, exactly, population, upTo, under);
    }

    private decimal Percent()
    {
        var at = next;
        var number = Number(Expect(Lexeme.Number, "a number"), at);
        Expect(Lexeme.Percent, "%");
        return number is >= 0 and <= 100 ? number : throw Wrong(at, "A share is from 0% to 100%.", []);
    }

    private RandomShare ShareClause()
    {
        next += 2;
        var percent = Percent();
        Expect(Lexeme.Comma, ",");
        var seed = Text();
        Expect(Lexeme.Close, ")");
        return new RandomShare(percent, seed);
    }

    private SegmentTree FunctionClause()
    {
        var function = Vocabulary.Functions[Word];
        next++;
        if (function.Name == "anniversary" && Kind == Lexeme.Open) return Anniversary();
        var negated = false;
        if (Take("NOT_MATCHES")) negated = true;
        else
        {
            negated = Take("NOT");
            if (!Take("MATCHES")) throw Wrong($"{function.Name} is followed by MATCHES (...) or NOT MATCHES (...).", ["MATCHES", "NOT MATCHES"]);
        }
        return new FunctionMatch(function.Name, negated, Parameters(function));
    }

    // anniversary(date: 'birth_date') = today, as Shopify writes it, is kept as anniversary MATCHES (date = ..., on = ...).
    private FunctionMatch Anniversary()
    {
        next++;
        if (Is("date")) next++;
        if (Kind == Lexeme.Colon || Word == "=") next++;
        var of = Text();
        Expect(Lexeme.Close, ")");
        var (op, values) = Condition(new Term("on", ValueKind.Date, "the day"));
        return new FunctionMatch("anniversary", false, [new Parameter("date", Operator.Equal, [new TextValue(of)]), new Parameter("on", op, values)]);
    }

    private Items<Parameter> Parameters(FunctionTerm function)
    {
        Expect(Lexeme.Open, "(");
        var all = new List<Parameter>();
        while (Kind != Lexeme.Close)
        {
            if (all.Count > 0 && !Take("AND")) Expect(Lexeme.Comma, ",");
            if (++clauses > SegmentLanguage.MaxClauses) throw Wrong($"There are more than {SegmentLanguage.MaxClauses} clauses.", []);
            var name = Word;
            if (function.Free && PropertyName() is { } property)
            {
                var (how, what) = FreeCondition(property);
                all.Add(new Parameter(property, how, what));
                continue;
            }
            var term = Kind == Lexeme.Name ? function.Parameters.FirstOrDefault(candidate => candidate.Name == name) : null;
            if (term is null)
            {
                string[] known = [.. function.Parameters.Select(candidate => candidate.Name)];
                throw Wrong(AtEnd ? "')' was expected here." : $"'{name}' is no parameter of {function.Name}; it takes {string.Join(", ", known)}.", known, Nearest(name, known));
            }
            next++;
            var (op, values) = Condition(term, parameter: true);
            all.Add(new Parameter(name, op, values));
        }
        next++;
        return [.. all];
    }

    // properties.colour, property 'gift wrap', sum(properties.value): one name, written the same way whoever wrote it.
    private string? PropertyName()
    {
        if (Kind != Lexeme.Name) return null;
        if (FreeProperties.Aggregates.Contains(Word) && Following == Lexeme.Open)
        {
            var aggregate = Word;
            next += 2;
            var inner = PropertyName() ?? throw Wrong($"{aggregate}(...) takes a property of the event, such as {aggregate}(properties.value).", ["properties."]);
            Expect(Lexeme.Close, ")");
            return $"{aggregate}({inner})";
        }
        if (Is("property") && Following == Lexeme.Text)
        {
            next++;
            var at = next;
            var name = Text();
            return name.Length is > 0 and <= FreeProperties.LongestName ? FreeProperties.Write(name) : throw Wrong(at, "A property has a name of 1 to 64 characters.", []);
        }
        if (!Word.StartsWith(FreeProperties.Prefix, StringComparison.Ordinal) || Word.Length == FreeProperties.Prefix.Length) return null;
        var plain = Word[FreeProperties.Prefix.Length..];
        next++;
        return FreeProperties.Write(plain);
    }

    // What a free property is compared with says what it is taken for.
    private (Operator Operator, Items<SegmentValue> Values) FreeCondition(string property)
    {
        var start = next;
        var op = OperatorOf();
        if (op is Operator.IsNull or Operator.IsNotNull) return (op, []);
        if (op is Operator.In or Operator.NotIn && Kind == Lexeme.Open) next++;
        var kind = property.Contains('(', StringComparison.Ordinal) && !property.StartsWith("property ", StringComparison.Ordinal) ? ValueKind.Number
            : Kind switch
            {
                Lexeme.Text => ValueKind.List,
                Lexeme.Date or Lexeme.Instant or Lexeme.Offset or Lexeme.NamedDate => ValueKind.Date,
                Lexeme.Name => Vocabulary.NamedDates.Contains(Word) ? ValueKind.Date : ValueKind.Truth,
                _ => op is Operator.In or Operator.NotIn ? ValueKind.Id : ValueKind.Number,
            };
        next = start;
        return Condition(new Term(property, kind, "a property of the event"), parameter: true, plain: true);
    }

    private Funnel FunnelClause()
    {
        next += 2;
        var steps = new List<FunnelStep>();
        do
        {
            if (steps.Count > 0) Need("then");
            var negated = steps.Count > 0 && Take("not");
            if (Kind != Lexeme.Name || !Vocabulary.Functions.TryGetValue(Word, out var function) || !SegmentPlan.FunnelFunctions.Contains(function.Name))
                throw Wrong($"A step is one of {string.Join(", ", SegmentPlan.FunnelFunctions)}.", SegmentPlan.FunnelFunctions, Nearest(Word, SegmentPlan.FunnelFunctions));
            next++;
            var parameters = Kind == Lexeme.Open ? Parameters(function) : [];
            DateOffset? within = null;
            if (Take("within"))
            {
                var at = next;
                if (Kind != Lexeme.Offset) throw Wrong("A time span such as 3d was expected here.", ["3d", "36h"]);
                within = (DateOffset)Offset(tokens[next++].ToStringValue(), at);
                if (within.Amount <= 0 || steps.Count == 0) throw Wrong(at, "A later step is 'within' a span such as 3d of the one before.", []);
            }
            steps.Add(new FunnelStep(function.Name, negated, parameters, within));
        }
        while (Kind == Lexeme.Comma && ++next > 0);
        Expect(Lexeme.Close, ")");
        return new Funnel([.. steps]);
    }
}
