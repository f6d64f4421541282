using System.Globalization;
using System.Net;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>
/// Every setting of the installation (a store's own are <c>StoreSettings</c>), read once at start from <c>Comeback:*</c> and checked: a wrong one
/// is one readable sentence. Secrets can come from a file: <c>NAME_FILE</c> names it.
/// </summary>
internal sealed record ComebackOptions
{
    /// <summary>Folder of the database, outbox, rejects and keys; absolute. Default <c>./data</c> of the caller.</summary>
    public required string Data { get; init; }

    /// <summary>Where it listens, <c>;</c> between several. Default <c>http://localhost:5080</c>.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>What the world calls this service: links in messages are built on it, and requests must name its host. Default: the first of Urls.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>32 bytes (raw or base64) or a PFX that wraps the key ring. Made in the data folder in Development, required in Production.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>Former master keys, still able to open: for <c>rotate-keys</c>.</summary>
    public IReadOnlyList<string> OldMasterKeyFiles { get; init; } = [];

    /// <summary>PostgreSQL or another SQLite file; null means <c>comeback.db</c> in the data folder.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Addresses of reverse proxies whose <c>X-Forwarded-*</c> headers are believed. Default none.</summary>
    public IReadOnlyList<IPAddress> Proxies { get; init; } = [];

    /// <summary>Development only: outgoing calls may reach this machine (a local WordPress, a mail catcher).</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Metrics and traces; off by default.</summary>
    public bool Telemetry { get; init; }

    public bool Development { get; init; }

    /// <summary>Requests without a login are possible only when every address listened on is this machine's own.</summary>
    public bool LoopbackOnly => Urls.All(url => IsLoopback(BindingAddress.Parse(url).Host));

    public static ComebackOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection("Comeback");
        var development = environment.IsDevelopment();
        var urls = Urlsof(configuration);
        return new ComebackOptions
        {
            Data = Path.GetFullPath(Text(section, "Data") ?? "data", Environment.CurrentDirectory),
            Urls = urls,
            PublicUrl = PublicOf(section, urls),
            MasterKeyFile = Absolute(Text(section, "MasterKeyFile")),
            OldMasterKeyFiles = [.. (Text(section, "OldMasterKeyFiles") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(f => Absolute(f)!)],
            ConnectionString = Connection(Secret(configuration, "ConnectionStrings:Comeback")),
            Proxies = [.. (Text(section, "Proxies") ?? "").Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Proxy)],
            AllowLoopback = development && Flag(section, "AllowLoopback"),
            Telemetry = Flag(section, "Telemetry"),
            Development = development,
        };
    }

    /// <summary>A setting, or the content of the file that <c>NAME_FILE</c> names, without the line's end.</summary>
    public static string? Secret(IConfiguration configuration, string name)
    {
        if (configuration[name] is { Length: > 0 } direct) return direct;
        if (configuration[name + "_FILE"] is not { Length: > 0 } file) return null;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"The setting {name}_FILE names {file}, which cannot be read: check the path and its rights.", inner: problem);
        }
    }

    internal static bool IsLoopback(string host) => host.Trim('[', ']') is var bare
        && (string.Equals(bare, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(bare, out var address) && IPAddress.IsLoopback(address)));

    private static IReadOnlyList<string> Urlsof(IConfiguration configuration)
    {
        var text = configuration["Comeback:Urls"] ?? configuration["urls"] ?? "http://localhost:5080";
        var urls = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var url in urls)
        {
            try
            {
                var address = BindingAddress.Parse(url);
                if (address.PathBase.Length > 0) throw new FormatException();
            }
            catch (FormatException)
            {
                throw new UserError($"The setting Comeback:Urls has '{url}', which is no address such as http://localhost:5080.");
            }
        }
        return urls.Length > 0 ? urls : throw new UserError("The setting Comeback:Urls is empty: give an address such as http://localhost:5080, or leave it out.");
    }

    private static string? Connection(string? text)
    {
        try
        {
            return text is null ? null : new System.Data.Common.DbConnectionStringBuilder { ConnectionString = text }.ConnectionString.Length > 0 ? text : null;
        }
        catch (ArgumentException problem)
        {
            throw new UserError(
                "The setting ConnectionStrings:Comeback is neither a PostgreSQL string (Host=...;Database=...;Username=...) nor a SQLite one (Data Source=FILE).", inner: problem);
        }
    }

    private static Uri PublicOf(IConfigurationSection section, IReadOnlyList<string> urls)
    {
        var text = Text(section, "PublicUrl");
        if (text is null)
        {
            var first = BindingAddress.Parse(urls[0]);
            var host = first.Host is "+" or "*" or "0.0.0.0" or "[::]" ? "localhost" : first.Host;
            return new Uri(string.Create(CultureInfo.InvariantCulture, $"{first.Scheme}://{host}:{first.Port}"));
        }
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/"
            ? uri
            : throw new UserError($"The setting Comeback:PublicUrl is '{text}': give scheme and host only, such as https://comeback.example.com.");
    }

    private static IPAddress Proxy(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw new UserError($"The setting Comeback:Proxies has '{text}', which is no IP address.");

    private static string? Text(IConfigurationSection section, string name) => section[name] is { Length: > 0 } text ? text : null;

    private static string? Absolute(string? path) => path is null ? null : Path.GetFullPath(path, Environment.CurrentDirectory);

    private static bool Flag(IConfigurationSection section, string name) => Text(section, name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new UserError($"The setting Comeback:{name} is '{text}': give true or false."),
    };
}
