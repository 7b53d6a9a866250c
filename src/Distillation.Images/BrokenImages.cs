namespace Distillation.Images;

/// <summary>What an <see cref="ImageFolder"/> does with files that cannot be read: damaged, cut off, empty, missing, or too large.</summary>
public enum BrokenImages
{
    /// <summary>Every file is decoded when the folder is opened, and opening fails with a list of the broken ones.</summary>
    Refuse,

    /// <summary>Every file is decoded when the folder is opened; broken ones are left out and listed in <see cref="ImageFolder.Broken"/>.</summary>
    Skip,

    /// <summary>No file is read when the folder is opened; a broken one makes the reading of its batch fail.</summary>
    RefuseWhenRead,
}
