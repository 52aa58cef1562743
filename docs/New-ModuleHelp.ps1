<#
.SYNOPSIS
    Makes the module's help out of the pages in docs: MAML for the cmdlets, text for the about topics.
.DESCRIPTION
    The words come from the pages, one a cmdlet; types, positions and parameter sets come from the built module. The same input
    gives the same output, byte for byte: a test holds the committed files against it.
#>
[CmdletBinding(SupportsShouldProcess)]
[OutputType([IO.FileInfo])]
param(
    # The folder with cmdlets/*.md and about_*.md.
    [string] $Path = $PSScriptRoot,
    # Where the help goes.
    [string] $Destination = (Join-Path (Split-Path $PSScriptRoot) 'module/en-US'),
    # The module's manifest.
    [string] $Manifest = (Join-Path (Split-Path $PSScriptRoot) 'CrdrTools.psd1')
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
$Space = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

function Read-Page {
    # The sections of a page: "## Title" holds lines until the next, "### Title" below it is a part of its own.
    param([string] $File)
    $page = [ordered]@{}
    $section = $part = $null
    $fenced = $false
    foreach ($line in [IO.File]::ReadAllLines($File)) {
        if ($line.StartsWith('```')) { $fenced = -not $fenced }
        if (-not $fenced -and $line -match '^## (.+)$') {
            $section = $Matches[1]
            $part = $null
            $page[$section] = [pscustomobject]@{ Lines = [Collections.Generic.List[string]]::new(); Parts = [ordered]@{} }
        }
        elseif (-not $fenced -and $section -and $line -match '^### (.+)$') {
            $part = $Matches[1]
            $page[$section].Parts[$part] = [Collections.Generic.List[string]]::new()
        }
        elseif ($section) {
            if ($part) { $page[$section].Parts[$part].Add($line) } else { $page[$section].Lines.Add($line) }
        }
    }
    $page
}

function ConvertTo-Plain {
    # Without the marks of Markdown that a terminal cannot show.
    param([string] $Text)
    $Text -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`', '' -replace '\*\*', ''
}

function Get-Paragraph {
    # The paragraphs of some lines; lists and tables keep a line each.
    param($Lines)
    $text = ''
    foreach ($line in @($Lines) + '') {
        if ($line -match '^(- |\||\d+\. )' -or $line -eq '') {
            if ($text) { ConvertTo-Plain $text }
            $text = ''
            if ($line -match '^\|[-| ]+\|$') { continue }
            if ($line) { ConvertTo-Plain $line }
        }
        else {
            $text = if ($text) { "$text $($line.Trim())" } else { $line }
        }
    }
}

function Write-Text {
    param([Xml.XmlWriter] $Xml, [string] $Prefix, [string] $Name, [string] $Text)
    $Xml.WriteElementString($Prefix, $Name, $Space[$Prefix], $Text)
}

function Write-Description {
    param([Xml.XmlWriter] $Xml, $Paragraphs, [string] $Element = 'description')
    $Xml.WriteStartElement('maml', $Element, $Space.maml)
    foreach ($paragraph in @($Paragraphs)) { Write-Text $Xml maml para $paragraph }
    $Xml.WriteEndElement()
}

function Get-TypeName {
    param([type] $Type)
    $plain = [Nullable]::GetUnderlyingType($Type)
    if ($plain) { $plain.Name } else { $Type.Name }
}

function Write-Parameter {
    param([Xml.XmlWriter] $Xml, $Parameter, $Set, $Words, $Default)
    $Xml.WriteStartElement('command', 'parameter', $Space.command)
    $Xml.WriteAttributeString('required', "$($Set.IsMandatory)".ToLowerInvariant())
    $Xml.WriteAttributeString('globbing', "$(@($Parameter.Attributes | Where-Object { $_ -is [SupportsWildcards] }).Count -gt 0)".ToLowerInvariant())
    $by = @(if ($Set.ValueFromPipeline) { 'ByValue' }; if ($Set.ValueFromPipelineByPropertyName) { 'ByPropertyName' })
    $Xml.WriteAttributeString('pipelineInput', $(if ($by) { "True ($($by -join ', '))" } else { 'False' }))
    $Xml.WriteAttributeString('position', $(if ($Set.Position -ge 0) { "$($Set.Position)" } else { 'named' }))
    $Xml.WriteAttributeString('aliases', $(if ($Parameter.Aliases.Count) { $Parameter.Aliases -join ', ' } else { 'none' }))
    Write-Text $Xml maml name $Parameter.Name
    if ($Words) { Write-Description $Xml $Words }
    $type = Get-TypeName $Parameter.ParameterType
    if ($type -ne 'SwitchParameter') {
        $Xml.WriteStartElement('command', 'parameterValue', $Space.command)
        $Xml.WriteAttributeString('required', 'true')
        $Xml.WriteString($type)
        $Xml.WriteEndElement()
    }
    $Xml.WriteStartElement('dev', 'type', $Space.dev)
    Write-Text $Xml maml name $type
    $Xml.WriteEndElement()
    Write-Text $Xml dev defaultValue $Default
    $Xml.WriteEndElement()
}

function Get-Default {
    # What a parameter is when it is not given, where that says something.
    param($Command, $Parameter)
    $property = $Command.ImplementingType.GetProperty($Parameter.Name)
    if (-not $property -or @($Parameter.ParameterSets.Values | Where-Object IsMandatory)) { return 'None' }
    $cmdlet = [Activator]::CreateInstance($Command.ImplementingType)
    try { $value = $property.GetValue($cmdlet) } finally { $cmdlet.Dispose() }
    if ($null -eq $value -or "$value" -eq '' -or $value -is [array]) { return 'None' }
    if ($value -is [switch]) { return 'False' }
    if ($value -is [int] -and $value -eq [int]::MaxValue) { return 'None' }
    [Convert]::ToString($value, [cultureinfo]::InvariantCulture)
}

function Write-TypeList {
    param([Xml.XmlWriter] $Xml, [string] $List, [string] $Item, $Parts)
    $Xml.WriteStartElement('command', $List, $Space.command)
    foreach ($type in $Parts.Keys) {
        $Xml.WriteStartElement('command', $Item, $Space.command)
        $Xml.WriteStartElement('dev', 'type', $Space.dev)
        Write-Text $Xml maml name $type
        $Xml.WriteEndElement()
        Write-Description $Xml (Get-Paragraph $Parts[$type])
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()
}

function Write-Command {
    param([Xml.XmlWriter] $Xml, $Command, $Page)
    $common = [Management.Automation.PSCmdlet]::CommonParameters
    $parameters = @($Command.Parameters.Values | Where-Object Name -notin $common | Sort-Object Name)
    $words = @{}
    foreach ($name in $Page['Parameters'].Parts.Keys) { $words[$name.TrimStart('-')] = @(Get-Paragraph $Page['Parameters'].Parts[$name]) }
    $defaults = @{}
    foreach ($parameter in $parameters) { $defaults[$parameter.Name] = Get-Default $Command $parameter }

    $Xml.WriteStartElement('command', 'command', $Space.command)
    $Xml.WriteStartElement('command', 'details', $Space.command)
    Write-Text $Xml command name $Command.Name
    Write-Text $Xml command verb $Command.Verb
    Write-Text $Xml command noun $Command.Noun
    Write-Description $Xml (Get-Paragraph $Page['Synopsis'].Lines)
    $Xml.WriteEndElement()
    Write-Description $Xml (Get-Paragraph $Page['Description'].Lines)

    $Xml.WriteStartElement('command', 'syntax', $Space.command)
    foreach ($set in $Command.ParameterSets | Sort-Object { -not $_.IsDefault }, Name) {
        $Xml.WriteStartElement('command', 'syntaxItem', $Space.command)
        Write-Text $Xml maml name $Command.Name
        $inSet = $set.Parameters | Where-Object Name -notin $common |
            Sort-Object { if ($_.Position -ge 0) { $_.Position } else { 1000 } }, { -not $_.IsMandatory }, { $_.Name -in 'WhatIf', 'Confirm' }, Name
        foreach ($entry in $inSet) { Write-Parameter $Xml $Command.Parameters[$entry.Name] $entry $null $defaults[$entry.Name] }
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()

    $Xml.WriteStartElement('command', 'parameters', $Space.command)
    foreach ($parameter in $parameters) {
        Write-Parameter $Xml $parameter @($parameter.ParameterSets.GetEnumerator() | Sort-Object Key)[0].Value $words[$parameter.Name] $defaults[$parameter.Name]
    }
    $Xml.WriteEndElement()

    Write-TypeList $Xml inputTypes inputType $Page['Inputs'].Parts
    Write-TypeList $Xml returnValues returnValue $Page['Outputs'].Parts
    $Xml.WriteStartElement('maml', 'alertSet', $Space.maml)
    if ($Page.Contains('Notes')) { Write-Description $Xml (Get-Paragraph $Page['Notes'].Lines) alert }
    $Xml.WriteEndElement()

    $Xml.WriteStartElement('command', 'examples', $Space.command)
    foreach ($title in $Page['Examples'].Parts.Keys) {
        $code = [Collections.Generic.List[string]]::new()
        $remarks = [Collections.Generic.List[string]]::new()
        $fence = $null
        foreach ($line in $Page['Examples'].Parts[$title]) {
            if ($line.StartsWith('```')) {
                # The output stands under the command, as it does at a prompt.
                if (-not $fence -and $code.Count) { $code.Add('') }
                $fence = if ($fence) { $null } else { $line }
            }
            elseif ($fence) { $code.Add($line) }
            else { $remarks.Add($line) }
        }
        $Xml.WriteStartElement('command', 'example', $Space.command)
        Write-Text $Xml maml title $title
        Write-Text $Xml dev code ($code -join "`n")
        Write-Description $Xml @(@(Get-Paragraph $remarks) + '') remarks
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()

    $Xml.WriteStartElement('command', 'relatedLinks', $Space.command)
    foreach ($line in $Page['Related'].Lines | Where-Object { $_ }) {
        $Xml.WriteStartElement('maml', 'navigationLink', $Space.maml)
        Write-Text $Xml maml linkText (ConvertTo-Plain $line.Substring(2))
        Write-Text $Xml maml uri ''
        $Xml.WriteEndElement()
    }
    $Xml.WriteEndElement()
    $Xml.WriteEndElement()
}

function Format-Wrapped {
    # Text in lines of at most 80 characters.
    param([string] $Text, [int] $Indent, [int] $Hanging = 0)
    $line = ' ' * $Indent
    $empty = $true
    foreach ($word in $Text -split ' ') {
        if (-not $empty -and $line.Length + 1 + $word.Length -gt 80) {
            $line
            $line = ' ' * ($Indent + $Hanging)
            $empty = $true
        }
        $line += $(if ($empty) { $word } else { " $word" })
        $empty = $false
    }
    $line
}

function ConvertTo-About {
    # An about topic as Get-Help shows it: headings in capitals, the text indented.
    param([string] $File)
    'TOPIC'
    "    $([IO.Path]::GetFileNameWithoutExtension($File))"
    $page = Read-Page $File
    foreach ($section in $page.Keys) {
        ''
        $section.ToUpperInvariant()
        $fenced = $false
        $pending = [Collections.Generic.List[string]]::new()
        $blank = $false
        $body = foreach ($line in @($page[$section].Lines) + '') {
            if ($line.StartsWith('```')) { $fenced = -not $fenced; continue }
            if ($fenced) { "        $line"; continue }
            if ($line.StartsWith('- ')) { Format-Wrapped (ConvertTo-Plain $line) 4 2; continue }
            if ($line -eq '') {
                if ($pending.Count) { Format-Wrapped (ConvertTo-Plain ($pending -join ' ')) 4; $pending.Clear() }
                ''
                continue
            }
            $pending.Add($line)
        }
        # No blank line first or last, and never two.
        foreach ($line in $body) {
            if ($line -ne '') {
                if ($blank) { '' }
                $blank = $false
                $line
            }
            else { $blank = $null -ne $line -and $true }
        }
    }
}

Import-Module $Manifest -Force
$null = New-Item -ItemType Directory -Force $Destination -WhatIf:$false
$utf8 = [Text.UTF8Encoding]::new($false)

$stream = [IO.MemoryStream]::new()
$settings = [Xml.XmlWriterSettings]@{ Indent = $true; IndentChars = ' '; NewLineChars = "`n"; Encoding = $utf8 }
$xml = [Xml.XmlWriter]::Create($stream, $settings)
$xml.WriteStartDocument()
$xml.WriteStartElement('helpItems', 'http://msh')
$xml.WriteAttributeString('schema', 'maml')
$xml.WriteAttributeString('xmlns', 'maml', 'http://www.w3.org/2000/xmlns/', $Space.maml)
$xml.WriteAttributeString('xmlns', 'command', 'http://www.w3.org/2000/xmlns/', $Space.command)
$xml.WriteAttributeString('xmlns', 'dev', 'http://www.w3.org/2000/xmlns/', $Space.dev)
foreach ($command in Get-Command -Module CrdrTools -CommandType Cmdlet | Sort-Object Name) {
    Write-Command $xml $command (Read-Page (Join-Path $Path "cmdlets/$($command.Name).md"))
}
$xml.WriteEndElement()
$xml.WriteEndDocument()
$xml.Dispose()

$files = [ordered]@{ 'CrdrTools.dll-Help.xml' = $utf8.GetString($stream.ToArray()) + "`n" }
foreach ($about in Get-ChildItem $Path -Filter about_*.md | Sort-Object Name) { $files["$($about.BaseName).help.txt"] = (@(ConvertTo-About $about.FullName) -join "`n") + "`n" }
foreach ($name in $files.Keys) {
    $file = Join-Path $Destination $name
    if ($PSCmdlet.ShouldProcess($file, 'Write help')) {
        [IO.File]::WriteAllText($file, $files[$name], $utf8)
        Get-Item $file
    }
}
