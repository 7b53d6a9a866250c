using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Distillation;

/// <summary>A digest of a module: the types of its layers, and the names, shapes, types and values of its parameters and buffers.</summary>
/// <remarks>Other settings of a layer (a stride, a padding) are not in it, nor are buffers that a module does not list.</remarks>
internal static class ModuleFingerprint
{
    public static string Of(torch.nn.Module module)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(digest, module.GetType().Name);
        foreach ((string name, torch.nn.Module layer) in module.named_modules())
        {
            Add(digest, name, layer.GetType().Name);
        }

        IEnumerable<(string Name, Tensor Values)> all = module.named_parameters()
            .Select(one => (one.name, (Tensor)one.parameter))
            .Concat(module.named_buffers().Select(one => (one.name, one.buffer)));
        foreach ((string name, Tensor values) in all)
        {
            Add(digest, name, values.dtype.ToString(), string.Join(',', values.shape.Select(size => size.ToString(CultureInfo.InvariantCulture))));
            digest.AppendData(values.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    // Each text with its length in front: no two lists of texts run together.
    private static void Add(IncrementalHash digest, params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            digest.AppendData(BitConverter.GetBytes(bytes.Length));
            digest.AppendData(bytes);
        }
    }
}
