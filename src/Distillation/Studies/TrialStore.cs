using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Distillation.Diagnostics;
using Distillation.Serialization;
using Microsoft.Extensions.Logging;

namespace Distillation.Studies;

/// <summary>The outcomes of trainings in a directory, one a file, written atomically.</summary>
internal sealed class TrialStore
{
    private readonly string? _directory;
    private readonly ILogger _logger;

    public TrialStore(string? directory, ILogger logger)
    {
        (_directory, _logger) = (directory, logger);
        if (directory is not null)
        {
            _ = Directory.CreateDirectory(directory);
        }
    }

    /// <summary>Returns the outcome of a training that an earlier study made, if there is one and its file is whole.</summary>
    public TrialOutcome? Find(string key)
    {
        if (_directory is null || !File.Exists(PathOf(key)))
        {
            return null;
        }

        try
        {
            TrialOutcome? outcome = JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(key)), StudyJson.Default.TrialOutcome);
            return outcome?.Key == key ? outcome : null;
        }
        catch (JsonException exception)
        {
            Log.OutcomeDamaged(_logger, PathOf(key), exception.Message);
            return null;
        }
    }

    public void Save(TrialOutcome outcome)
    {
        if (_directory is not null)
        {
            byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(outcome, StudyJson.Default.TrialOutcome);
            AtomicFile.Replace(PathOf(outcome.Key), bytes);
        }
    }

    private string PathOf(string key) => Path.Combine(_directory!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32] + ".json");
}
