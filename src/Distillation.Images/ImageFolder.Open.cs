using Distillation.Images.Folders;

namespace Distillation.Images;

public sealed partial class ImageFolder
{
    /// <summary>Opens a directory that has one directory for each class, of the class's name, with its images in any depth.</summary>
    /// <param name="directory">The directory. Links to directories below a class are not followed.</param>
    /// <param name="options">How images are prepared.</param>
    /// <param name="folderOptions">How files are read; the defaults if not given.</param>
    /// <returns>The images, class by class.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no class, a class has no images or is not among <see cref="ImageFolderOptions.ClassNames"/>, or images are broken and are not to be skipped.
    /// </exception>
    public static ImageFolder Open(string directory, ImageOptions options, ImageFolderOptions? folderOptions = null) =>
        new(ImageListing.OfClasses(Require.Text(directory)), options, folderOptions);

    /// <summary>Opens the images of a directory, in any depth, as images without labels.</summary>
    /// <param name="directory">The directory. Links to directories in it are not followed.</param>
    /// <param name="options">How images are prepared.</param>
    /// <param name="folderOptions">How files are read; the defaults if not given.</param>
    /// <returns>The images, directory by directory.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="InvalidDataException">There is no image, or images are broken and are not to be skipped.</exception>
    public static ImageFolder OpenUnlabeled(string directory, ImageOptions options, ImageFolderOptions? folderOptions = null) =>
        new(ImageListing.OfAll(Require.Text(directory)), options, folderOptions);

    /// <summary>Opens files from a list, in its order.</summary>
    /// <param name="files">The path and the name of the class of each image, at least one. Extensions do not matter.</param>
    /// <param name="options">How images are prepared.</param>
    /// <param name="folderOptions">How files are read; the defaults if not given.</param>
    /// <returns>The images.</returns>
    /// <exception cref="ArgumentException">The list is empty, has an empty path or name, or the options do not fit together.</exception>
    /// <exception cref="InvalidDataException">
    /// A class is not among <see cref="ImageFolderOptions.ClassNames"/>, or images are broken or missing and are not to be skipped.
    /// </exception>
    public static ImageFolder FromList(IEnumerable<(string Path, string Label)> files, ImageOptions options, ImageFolderOptions? folderOptions = null)
    {
        ImageEntry[] entries =
        [
            .. Require.Present(files).Select(file =>
                new ImageEntry(Path.GetFullPath(Require.Text(file.Path, nameof(files))), Require.Text(file.Label, nameof(files)))),
        ];
        Require.Positive(entries.Length, nameof(files));
        return new(new() { Entries = entries, Ignored = [] }, options, folderOptions);
    }

    /// <summary>Opens the files that a CSV file lists, in its order.</summary>
    /// <param name="csvPath">A CSV file in UTF-8 by RFC 4180 with a header; other columns are ignored.</param>
    /// <param name="options">How images are prepared.</param>
    /// <param name="folderOptions">How files are read; the defaults if not given.</param>
    /// <param name="pathColumn">The name of the column of paths, which are relative to the directory of the CSV file or absolute.</param>
    /// <param name="labelColumn">The name of the column of the classes' names.</param>
    /// <returns>The images.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="FileNotFoundException">There is no such CSV file.</exception>
    /// <exception cref="InvalidDataException">
    /// The CSV file has no such columns, no rows, or a row without path or label; a class is not among <see cref="ImageFolderOptions.ClassNames"/>;
    /// or images are broken or missing and are not to be skipped.
    /// </exception>
    public static ImageFolder FromCsv(
        string csvPath, ImageOptions options, ImageFolderOptions? folderOptions = null, string pathColumn = "path", string labelColumn = "label")
    {
        IReadOnlyList<ImageEntry> entries = CsvListing.Read(Require.Text(csvPath), Require.Text(pathColumn), Require.Text(labelColumn));
        return entries.Count > 0
            ? new(new() { Entries = entries, Ignored = [] }, options, folderOptions)
            : throw new InvalidDataException($"'{csvPath}' must list at least one image below its header, but lists none.");
    }
}
