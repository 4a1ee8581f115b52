"""`kms-module-creator`, also installed as `kurento-module-creator`: options, output and exit codes of Kurento's.

Exit codes: 0 done (or help shown), 1 for wrong options and for whatever keeps files from being generated.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from kms_trio.spec.creator.dependencies import without_specs
from kms_trio.spec.creator.errors import CreatorError
from kms_trio.spec.creator.job import Job
from kms_trio.spec.creator.kmd_values import simple_kmd, value_at
from kms_trio.spec.creator.output_folder import OutputFolder
from kms_trio.spec.creator.template_config import read_config
from kms_trio.spec.creator.template_sets import set_names
from kms_trio.spec.errors import SpecError


class _Parser(argparse.ArgumentParser):
    """Says what is wrong, then the help, and leaves with 1."""

    def error(self, message: str) -> NoReturn:
        """Called by argparse."""
        print(message, file=sys.stderr)
        self.print_help()
        raise SystemExit(1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.help or not options.rom:
        parser.print_help()
        return 0
    if options.codegen is None and not (options.show_values or options.output_model or options.print_simple_kmd):
        parser.print_help()
        return 1
    try:
        _run(options)
    except (SpecError, CreatorError) as error:
        print("Generation failed", flush=True)
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    job = Job.load(options.rom, options.deprom)
    no_specs = [f"no spec files in {path}; installed modules are taken" for path in without_specs(options.deprom)]
    for warning in (*no_specs, *job.module.warnings):
        print(f"Warning: {warning}", file=sys.stderr)
    if options.show_values or options.print_simple_kmd:
        for key in options.show_values:
            print(f"Value: {key} = {value_at(job.model, key)}")
        for line in simple_kmd(job.model) if options.print_simple_kmd else ():
            print(line)
        return
    _generate(job, options)
    print("Generation success")


def _generate(job: Job, options: argparse.Namespace) -> None:
    config = {} if options.config is None else read_config(options.config)
    if options.output_model is not None:
        job.write_model(OutputFolder(options.output_model))
    if options.codegen is None:
        return
    output = OutputFolder(
        options.codegen,
        overwrite=not options.no_overwrite,
        verbose=options.verbose,
        listed=options.list_generated_files,
    )
    if options.templates is not None:
        if not options.templates.is_dir():
            raise CreatorError(f"TemplatesDir '{options.templates}' is not a directory")
        job.write_templates(options.templates, output, config, delete=options.delete)
    elif options.internal_templates is not None:
        now = time.strftime("%b %e %Y %H:%M:%S", time.gmtime())
        job.write_set(options.internal_templates, output, config, now, delete=options.delete)
    elif options.delete:
        output.empty()
    if options.maven_pom:
        job.write_package_file("maven", output)
    if options.npm_package:
        job.write_package_file("npm", output)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kms-module-creator",
        description="Code, packages and documentation from the spec of a module (*.kmd.json).",
        add_help=False,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("-h", "--help", action="store_true", help="this text")
    add("-v", "--verbose", action="store_true", help="print what is generated")
    add(
        "-r",
        "--rom",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="the module's spec files, or folders with them",
    )
    add(
        "-dr",
        "--deprom",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="specs of modules it imports; else those installed are taken",
    )
    add("-t", "--templates", type=Path, metavar="DIR", help="a folder of templates of your own")
    add("-it", "--internal-templates", metavar="NAME", help=f"a set of templates: {', '.join(set_names())}")
    add("-c", "--codegen", type=Path, metavar="DIR", help="where to write; needed unless -s, -p or -o is given")
    add("-d", "--delete", action="store_true", help="empty that folder first")
    add("-lf", "--list-generated-files", action="store_true", help="print the names of the files")
    add("-cf", "--config", type=Path, metavar="FILE", help="JSON for the templates, over their own config.json")
    add(
        "-s",
        "--show-values",
        nargs="+",
        default=[],
        metavar="KEY",
        help="print values (code.implementation.lib)",
    )
    add("-o", "--output-model", type=Path, metavar="DIR", help="write the resolved spec into this folder")
    add("-n", "--no-overwrite", action="store_true", help="keep files that exist")
    add("-maven", "--maven-pom", action="store_true", help="write pom.xml, united with one beside the spec")
    add("-npm", "--npm-package", action="store_true", help="write package.json, united with one beside the spec")
    add("-p", "--print-simple-kmd", action="store_true", help="print what the module defines and a digest, then leave")
    return parser


if __name__ == "__main__":
    sys.exit(main())
