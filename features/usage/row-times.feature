@producer @one-version
Feature: When usage rows can be read
  A dashboard that is hours behind is no dashboard. Rows are there within seconds, at worst within two minutes.

  @DM-USE-001 @clock @usage
  Scenario: The row of a charge is there after two minutes
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And 2 minutes pass
    Then the usage rows are:
      | item       | line item | tokens | used |
      | PhotoPrint | ACT01     | 30     | 30   |
