@administrator
Feature: The customer's instance
  Before anything else, a customer's administrator needs to know the ID of the instance that holds their tokens.

  @task-5 @DM-INST-017 @DM-INST-003
  Scenario: The producer looks the ID up by the account
    Given an instance of account "GLOBEX"
    When the producer lists the instances with "accountId=GLOBEX&default=true"
    Then the answer has status 200 (DM-INST-017)
    And the answer holds:
      | path                      | value     |
      | content/0/id              | $INSTANCE |
      | content/0/defaultInstance | true      |
