using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>A plot, as the writers see it.</summary>
internal interface IPlot
{
    string Title { get; }

    /// <summary>Draws the plot as an element <c>svg</c> whose colors are classes of the style sheet.</summary>
    XElement Draw();

    /// <summary>Returns the numbers of the plot for readers who cannot see it, thinned out where there are many.</summary>
    ReportTable Numbers();

    /// <summary>Writes all numbers of the plot as members of an object.</summary>
    void WriteMembers(Utf8JsonWriter json);
}
