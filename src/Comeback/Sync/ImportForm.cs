using System.Text;
using Comeback.Engine;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Comeback.Sync;

/// <summary>A multipart form whose file goes straight to where it is wanted, never into memory.</summary>
internal sealed class ImportForm
{
    /// <summary>The largest file that is taken from a browser; a larger one is imported from the command line.</summary>
    public const long MostBytes = 4L << 30;
    private const int MostFieldBytes = 64 << 10;
    private const int MostFields = 20;

    private readonly Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);

    public string FileName { get; private set; } = "";

    public string? this[string field] => fields.GetValueOrDefault(field);

    /// <exception cref="UserError">No form, no file in it, or one that is too large.</exception>
    public static async Task<ImportForm> ReadAsync(HttpRequest request, Stream file, long mostBytes, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
            throw new UserError("Send the file as multipart/form-data, in a part named file.");
        var form = new ImportForm();
        var any = false;
        var reader = new MultipartReader(boundary.ToString(), request.Body);
        try
        {
            for (var part = await reader.ReadNextSectionAsync(ct).ConfigureAwait(false); part is not null; part = await reader.ReadNextSectionAsync(ct).ConfigureAwait(false))
            {
                if (part.GetContentDispositionHeader() is not { } header) continue;
                if (header.IsFileDisposition())
                {
                    if (any) throw new UserError("Send one file at a time.");
                    any = true;
                    form.FileName = NameOf(header);
                    await CopyAsync(part.Body, file, mostBytes, ct).ConfigureAwait(false);
                }
                else if (header.IsFormDisposition() && form.fields.Count < MostFields)
                {
                    using var text = new MemoryStream();
                    await CopyAsync(part.Body, text, MostFieldBytes, ct).ConfigureAwait(false);
                    form.fields[HeaderUtilities.RemoveQuotes(header.Name).ToString()] = Encoding.UTF8.GetString(text.ToArray());
                }
            }
        }
        catch (Exception fault) when (fault is InvalidDataException || (fault is IOException && fault is not BadHttpRequestException && request.HttpContext.RequestAborted.IsCancellationRequested is false))
        {
            throw new UserError("The form did not arrive whole: send the file again.", inner: fault);
        }
        return any ? form : throw new UserError("There is no file in the form: send it in a part named file.");
    }

    private static async Task CopyAsync(Stream from, Stream to, long most, CancellationToken ct)
    {
        var buffer = new byte[128 << 10];
        int read;
        while ((read = await from.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
        {
            most -= read;
            if (most < 0) throw new UserError("The file is too large for the browser: import it with the verb import, which takes any size.");
            await to.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
        }
    }

    // For showing only: no folder, no control characters, no formula.
    private static string NameOf(ContentDispositionHeaderValue header)
    {
        var name = HeaderUtilities.RemoveQuotes(header.FileNameStar.HasValue ? header.FileNameStar : header.FileName).ToString();
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.Where(c => !char.IsControl(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format)).TrimStart('=', '+', '-', '@').Trim();
        return name.Length switch { 0 => "orders.csv", > 120 => name[..120], _ => name };
    }
}
