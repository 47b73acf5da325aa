@producer @cls @site @bundled
Feature: The connections of a tenant
  All license servers of a tenant share a number of connections that may be under way at the same time.

  Background:
    Given a license server with 3 of "f1"

  @CM-LIM-001 @CM-LIM-002
  Scenario: Sixty connections are taken and no more
    When 62 connections are held open at the same time
    Then exactly 60 requests were granted

  @CM-LIM-001 @CM-LIM-003
  Scenario: Sixty connections are not too many
    When 60 connections are held open at the same time
    Then exactly 60 requests were granted

  @CM-PRE-009
  Scenario: A preview is a connection, too
    When 62 previews are held open at the same time
    Then exactly 60 requests were granted

  @CM-LIM-004
  Scenario: The status of a connection too many
    When 61 connections are held open at the same time
    Then the answer follows the reading "cmapi.connections.http"

  @CM-LIM-005 @usage
  Scenario: A connection too many leaves no trace
    When 61 connections are held open at the same time
    Then there are no usage rows
