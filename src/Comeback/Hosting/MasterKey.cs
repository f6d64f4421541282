using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Comeback.Engine;

namespace Comeback.Hosting;

/// <summary>
/// The key that wraps the key ring. It lies in a file apart from the database (<c>Comeback:MasterKeyFile</c>): a copy of the database alone opens
/// nothing. In Development it is made in the data folder, readable by its owner only.
/// </summary>
internal sealed class MasterKey(ComebackOptions options, IConfiguration configuration)
{
    private const int Length = 32;
    private readonly Lazy<List<(string Id, byte[] Key)>> keys = new(() => Load(options, configuration));

    /// <summary>The key that new rings are wrapped with.</summary>
    public (string Id, byte[] Key) Present => keys.Value[0];

    /// <summary>Null when it is neither the present one nor one of <c>Comeback:OldMasterKeyFiles</c>.</summary>
    public byte[]? Find(string id) => keys.Value.Find(k => k.Id == id).Key;

    private static List<(string, byte[])> Load(ComebackOptions options, IConfiguration configuration)
    {
        var path = options.MasterKeyFile;
        if (path is null)
        {
            if (!options.Development)
                throw new UserError("Production needs a master key: make one with 'head -c 32 /dev/urandom > comeback.key && chmod 600 comeback.key', " +
                    "keep it apart from the data folder, and name it in the setting Comeback:MasterKeyFile.");
            path = Path.Combine(options.Data, "master.key");
            Make(path);
        }
        return [.. new[] { path }.Concat(options.OldMasterKeyFiles).Select(file => Read(file, configuration))];
    }

    private static void Make(string path)
    {
        try
        {
            if (File.Exists(path)) return;
            // Written beside and renamed, so that another process that starts now reads a whole key or makes none.
            var beside = $"{path}.{Guid.NewGuid():N}";
            var made = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) made.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(beside, made)) stream.Write(RandomNumberGenerator.GetBytes(Length));
            try
            {
                File.Move(beside, path);
            }
            finally
            {
                File.Delete(beside);
            }
        }
        catch (IOException) when (File.Exists(path))
        {
            // It is there already, perhaps made by another process just now.
        }
    }

    private static (string Id, byte[] Key) Read(string path, IConfiguration configuration)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"The master key {path} cannot be read: check the path in Comeback:MasterKeyFile and that this user may read it.", inner: problem);
        }
        var key = bytes.Length == Length ? bytes : FromText(bytes) ?? FromCertificate(path, bytes, ComebackOptions.Secret(configuration, "Comeback:MasterKeyPassword"));
        return (Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 8)), key);
    }

    private static byte[]? FromText(byte[] bytes)
    {
        var key = new byte[Length];
        return bytes.Length is >= 43 and <= 48 && Convert.TryFromBase64String(System.Text.Encoding.ASCII.GetString(bytes).Trim(), key, out var written) && written == Length ? key : null;
    }

    // The private key of a PFX makes the 32 bytes (HKDF, RFC 5869), so that both kinds of file wrap the ring in the same way.
    private static byte[] FromCertificate(string path, byte[] bytes, string? password)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadPkcs12(bytes, password, X509KeyStorageFlags.Exportable);
            using var rsa = certificate.GetRSAPrivateKey();
            using var ec = certificate.GetECDsaPrivateKey();
            var secret = rsa?.ExportPkcs8PrivateKey() ?? ec?.ExportPkcs8PrivateKey() ?? throw new CryptographicException("It has no private key.");
            return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, Length, info: "comeback master key"u8.ToArray());
        }
        catch (CryptographicException problem)
        {
            throw new UserError($"The master key {path} is neither 32 bytes (raw or base64) nor a PFX that opens with Comeback:MasterKeyPassword.", inner: problem);
        }
    }
}
