namespace Comeback.Tests.Architecture;

/// <summary>Where the checkout lies, found from the test's own folder.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The folder with real data beside the checkout; tests that use it say plainly when it is absent.</summary>
    public static string Shared => Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Plugin.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests run from a checkout: no Plugin.sln was found above them.");
    }
}
